"""The server: ``streamlit run app.py``.

It serves the pages of ``dermdash/ui/shell.py`` behind one gate, and keeps the store up to date
and its worker alive for as long as it runs. Where it keeps its data: see ``dermdash/settings.py``.
"""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from dermdash.ui.server import Gate, lifespan

SHELL = Path(__file__).resolve().parent / "dermdash" / "ui" / "shell.py"

app = st.App(SHELL, lifespan=lifespan, middleware=[Middleware(Gate)])
