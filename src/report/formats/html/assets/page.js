"use strict";
// Adds tooltips and zooming to the charts. Every text is inserted as text, never as markup.
(() => {
  const NS = "http://www.w3.org/2000/svg";
  const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
  const bytes = (b) => {
    let u = 0, v = Math.abs(b);
    while (v >= 1000 && u < UNITS.length - 1) { v /= 1024; u++; }
    return (b < 0 ? "-" : "") + v.toFixed(u === 0 || v >= 100 ? 0 : v >= 10 ? 1 : 2) + " " + UNITS[u];
  };
  const element = (name, attributes, parent) => {
    const e = document.createElementNS(NS, name);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    if (parent) parent.appendChild(e);
    return e;
  };
  const nearest = (times, t) => {
    let a = 0, b = times.length - 1;
    while (b - a > 1) { const m = (a + b) >> 1; if (times[m] < t) a = m; else b = m; }
    return t - times[a] < times[b] - t ? a : b;
  };
  const begin = (figure) => {
    const data = JSON.parse(figure.querySelector("script").textContent);
    const plots = [...figure.querySelectorAll("svg.plot")];
    if (!data.t.length || !plots.length) return;
    const whole = [data.t[0], data.t[data.t.length - 1]];
    let range = whole;
    const tip = document.createElement("div");
    tip.className = "tip";
    tip.hidden = true;
    figure.appendChild(tip);
    const reset = document.createElement("button");
    reset.className = "reset";
    reset.type = "button";
    reset.textContent = "show all";
    reset.hidden = true;
    figure.appendChild(reset);
    const timeAt = (event, plot) => {
      const box = plot.getBoundingClientRect();
      const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
      return range[0] + part * (range[1] - range[0]);
    };
    // The inner picture is 1000 units wide and stretches, so that a zoom only changes its view box.
    const zoom = (from, to) => {
      range = [from, to];
      const length = whole[1] - whole[0];
      const x = 1000 * (from - whole[0]) / length, w = Math.max(1e-3, 1000 * (to - from) / length);
      for (const plot of plots) plot.setAttribute("viewBox", `${x} 0 ${w} 1000`);
      reset.hidden = from === whole[0] && to === whole[1];
      for (const svg of figure.querySelectorAll("svg.frame"))
        for (const label of svg.querySelectorAll(".tx")) {
          if (label.dataset.text === undefined) label.dataset.text = label.textContent;
          label.textContent = reset.hidden ? label.dataset.text
            : new Date(data.start + 1000 * (from + (+label.dataset.part) * (to - from))).toLocaleTimeString();
        }
    };
    reset.addEventListener("click", () => zoom(...whole));
    for (const plot of plots) {
      const cross = element("line", { class: "cross", y1: 0, y2: 1000, visibility: "hidden" }, plot);
      const pick = element("rect", { class: "pick", y: 0, height: 1000, visibility: "hidden" }, plot);
      const x = (t) => 1000 * (t - whole[0]) / (whole[1] - whole[0]);
      let from = null;
      const move = (event) => {
        const t = timeAt(event, plot), i = nearest(data.t, t);
        cross.setAttribute("x1", x(data.t[i]));
        cross.setAttribute("x2", x(data.t[i]));
        cross.setAttribute("visibility", "visible");
        const lines = [new Date(data.start + 1000 * data.t[i]).toLocaleString(), `memory ${bytes(data.mean[i])}`];
        if (data.high[i] > data.low[i]) lines.push(`range ${bytes(data.low[i])} to ${bytes(data.high[i])}`);
        lines.push(`floor ${bytes(data.floor[i])}`);
        for (const kind of data.kinds) if (kind.v[i] !== null) lines.push(`${kind.n} ${bytes(kind.v[i])}`);
        for (const count of data.counts) if (count.v[i] !== null) lines.push(`${count.n} ${count.v[i]}`);
        for (const mark of data.marks) if (Math.abs(x(mark.t) - x(data.t[i])) < 6 * (range[1] - range[0]) / (whole[1] - whole[0])) lines.push(`! ${mark.n}`);
        tip.textContent = lines.join("\n");
        tip.hidden = false;
        const box = figure.getBoundingClientRect();
        const left = event.clientX - box.left;
        tip.style.left = `${Math.max(0, left > box.width / 2 ? left - tip.offsetWidth - 14 : left + 14)}px`;
        tip.style.top = `${event.clientY - box.top + 14}px`;
        if (from !== null) {
          pick.setAttribute("x", Math.min(x(from), x(t)));
          pick.setAttribute("width", Math.abs(x(t) - x(from)));
          pick.setAttribute("visibility", "visible");
        }
      };
      const leave = () => { cross.setAttribute("visibility", "hidden"); tip.hidden = true; };
      plot.addEventListener("pointermove", move);
      plot.addEventListener("pointerleave", leave);
      plot.addEventListener("pointerdown", (event) => {
        if (event.pointerType !== "mouse") { move(event); return; }
        from = timeAt(event, plot);
        plot.setPointerCapture(event.pointerId);
        event.preventDefault();
      });
      plot.addEventListener("pointerup", (event) => {
        if (from === null) return;
        const to = timeAt(event, plot);
        pick.setAttribute("visibility", "hidden");
        if (Math.abs(to - from) > (range[1] - range[0]) / 100) zoom(Math.min(from, to), Math.max(from, to));
        from = null;
      });
      plot.addEventListener("dblclick", () => zoom(...whole));
    }
    figure.dataset.ready = "1";
  };
  const ready = (figure) => { if (!figure.dataset.ready) begin(figure); };
  for (const details of document.querySelectorAll("details.target")) {
    const charts = () => { if (details.open) details.querySelectorAll("figure.chart").forEach(ready); };
    details.addEventListener("toggle", charts);
    charts();
  }
  const openTarget = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") target.open = true;
  };
  addEventListener("hashchange", openTarget);
  openTarget();
  addEventListener("beforeprint", () => document.querySelectorAll("details.target").forEach((d) => { d.open = true; }));
})();
