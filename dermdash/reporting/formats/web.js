// Draws the figures when they come near, in the colours of the page, light or dark.
(() => {
  "use strict";
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const touch = window.matchMedia("(pointer: coarse)");
  const narrow = window.matchMedia("(max-width: 640px)");
  const options = { displayModeBar: false, responsive: true, showTips: false, typesetMath: false };
  const drawn = new Set();

  // A template gives what a figure leaves open; what it sets itself stays.
  function template() {
    const paper = window.getComputedStyle(document.documentElement);
    const colour = (name) => paper.getPropertyValue(name).trim();
    const axis = {
      gridcolor: colour("--rule"),
      linecolor: colour("--rule"),
      zerolinecolor: colour("--rule"),
      tickcolor: colour("--rule"),
      automargin: true,
      title: { standoff: 12, font: { size: 13 } },
    };
    return {
      layout: {
        paper_bgcolor: "rgba(0,0,0,0)",
        plot_bgcolor: "rgba(0,0,0,0)",
        font: { family: colour("--font"), size: 13, color: colour("--ink") },
        hoverlabel: {
          bgcolor: colour("--card"),
          bordercolor: colour("--rule"),
          font: { color: colour("--ink") },
        },
        xaxis: axis,
        yaxis: axis,
      },
      data: { heatmap: [{ colorbar: { title: { font: { size: 13 } } } }] },
    };
  }

  function layout(figure) {
    const own = { ...figure.layout, template: template(), autosize: true };
    delete own.width;
    if (touch.matches) own.dragmode = false; // a finger scrolls the page
    if (narrow.matches) own.font = { ...own.font, size: 11 };
    if (own.legend) own.legend = { ...own.legend, maxheight: 10000 }; // never scrolled, see below
    return own;
  }

  // Many names above a drawing push it down: the figure grows by what they take.
  function grow(place, height) {
    const names = place.querySelector(".legend");
    const taken = names ? names.getBoundingClientRect().height : 0;
    return taken > 50 ? Plotly.relayout(place, { height: height + taken - 30 }) : place;
  }

  // Names under many columns need room: the figure is as wide, and scrolls on a small screen.
  function width(figure) {
    const ticks = figure.layout.xaxis?.tickvals?.length ?? 0;
    const columns = figure.data[0]?.type === "heatmap" ? (figure.data[0].x?.length ?? 0) : 0;
    return 70 * Math.max(ticks, columns);
  }

  function draw(place) {
    const figure = figures[place.id];
    const own = layout(figure);
    return Plotly.react(place, figure.data, own, options)
      .then(() => grow(place, own.height || 400))
      .then(
        () => {
          drawn.add(place);
          place.closest("figure").dataset.state = "drawn";
        },
        () => still(place),
      );
  }

  // The picture for paper stands in for what cannot be drawn.
  function still(place) {
    place.closest("figure").dataset.state = "still";
  }

  const near = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((one) => one.isIntersecting)) {
        near.unobserve(entry.target);
        try {
          draw(entry.target);
        } catch {
          still(entry.target);
        }
      }
    },
    { rootMargin: "800px 0px" },
  );
  for (const id of Object.keys(figures)) {
    const place = document.getElementById(id);
    const figure = place.closest("figure");
    place.style.minWidth = `${width(figures[id])}px`;
    place.style.minHeight = `${figures[id].layout.height || 400}px`;
    figure.dataset.state = "waiting";
    const link = figure.querySelector("a.picture");
    link.href = figure.querySelector("img.still").src;
    link.hidden = false;
    near.observe(place);
  }
  dark.addEventListener("change", () => drawn.forEach(draw));
  narrow.addEventListener("change", () => drawn.forEach(draw));
})();
