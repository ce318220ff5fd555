"""The frame around every page: navigation by section. Started by ``app.py``."""

from pathlib import Path

import streamlit as st

from dermdash.ui.places import PAGES

SECTIONS = {
    "": [("start/home.py", "Home", "home")],
    "Data": [
        ("data/studies.py", "Studies", "science"),
        ("data/add_scans.py", "Add scans", "upload_file"),
        ("data/mark_dej.py", "Mark DEJ", "border_color"),
        ("data/scan.py", "Scan", "layers"),
    ],
    "Results": [
        ("results/cohorts.py", "Cohorts", "bar_chart"),
        ("results/before_after.py", "Before / after", "trending_up"),
        ("results/reports.py", "Reports", "article"),
    ],
    "Tools": [
        ("tools/planning.py", "Planning", "calculate"),
        ("tools/queue.py", "Queue", "pending_actions"),
    ],
}


def main() -> None:
    here = Path(__file__).resolve().parent
    st.set_page_config(page_title="dermdash", page_icon=str(here / "icon.svg"), layout="wide")
    st.logo(str(here / "logo.svg"), icon_image=str(here / "icon.svg"), size="large")
    st.html(here / "style.css")
    pages = {
        section: [
            st.Page(PAGES / place, title=title, icon=f":material/{icon}:", default=title == "Home")
            for place, title, icon in members
        ]
        for section, members in SECTIONS.items()
    }
    st.navigation(pages, expanded=True).run()


main()
