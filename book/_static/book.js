// A box that scrolls must be reachable by keyboard; one that does not scroll must not be a stop.
(() => {
  const boxes = "pre, .table-wrapper, div.formula, span.formula.wide, div.output";
  const mark = () => {
    for (const formula of document.querySelectorAll("span.formula")) {
      formula.classList.remove("wide");
      const room = formula.closest("p, li, td, th, dd, dt, summary, div").clientWidth;
      formula.classList.toggle("wide", formula.getBoundingClientRect().width > room);
    }
    for (const box of document.querySelectorAll(boxes)) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  // On a phone, code that is too wide waits folded: half of each line would be out of sight.
  const fold = () => {
    if (!matchMedia("(max-width: 40em)").matches) return;
    for (const input of document.querySelectorAll(".cell_input:not(details *)")) {
      const code = input.querySelector("pre");
      if (!code || code.scrollWidth <= code.clientWidth) continue;
      const folded = document.createElement("details");
      folded.className = "code";
      folded.innerHTML = "<summary>Show the code</summary>";
      input.before(folded);
      folded.append(input);
    }
  };
  addEventListener("load", fold);
  addEventListener("resize", fold);
  addEventListener("load", mark);
  addEventListener("resize", mark);
  // What is folded has no width until it is opened.
  addEventListener("toggle", mark, true);
})();
