// Folds the contents on small screens, and marks in them which section is being read.
(() => {
  "use strict";
  if (window.matchMedia("(max-width: 1020px)").matches) {
    document.querySelector("nav.contents details").open = false;
  }
  const links = new Map(
    [...document.querySelectorAll("nav.contents a")].map((link) => [link.hash.slice(1), link]),
  );
  const seen = new Set();
  const watch = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) seen.add(entry.target.id);
        else seen.delete(entry.target.id);
      }
      const first = [...links.keys()].find((id) => seen.has(id));
      for (const [id, link] of links) {
        if (id === first) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    },
    { rootMargin: "-15% 0px -60% 0px" },
  );
  for (const id of links.keys()) watch.observe(document.getElementById(id));
})();
