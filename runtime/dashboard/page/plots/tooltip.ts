import type uPlot from "uplot";

/** Lines of text beside the pointer; the same is in the table below the plot. */
export function tooltip(tell: (index: number) => readonly string[]): uPlot.Plugin {
  const box = document.createElement("div");
  box.className = "tooltip";
  box.hidden = true;
  return {
    hooks: {
      init: (plot) => plot.over.append(box),
      setCursor(plot) {
        const { idx, left = -1 } = plot.cursor;
        const lines = idx === null || idx === undefined || left < 0 ? [] : tell(idx);
        box.hidden = lines.length === 0;
        if (box.hidden) return;
        box.replaceChildren(...lines.map(line));
        const room = plot.over.clientWidth;
        const before = left > room / 2;
        box.style.left = before ? "" : `${left + 12}px`;
        box.style.right = before ? `${room - left + 12}px` : "";
      },
    },
  };
}

function line(text: string, index: number): HTMLElement {
  const element = document.createElement(index === 0 ? "strong" : "span");
  element.textContent = text;
  return element;
}
