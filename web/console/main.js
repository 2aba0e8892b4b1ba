import "./styles/base.css";
import "./styles/parts.css";
import "./styles/shell.css";
import "./styles/inbox.css";
import "./styles/pages.css";
import "uplot/dist/uPlot.min.css";
import { html } from "htm/preact";
import { render } from "preact";
import { press } from "./lib/keys.js";
import { applyTheme } from "./lib/theme.js";
import { App } from "./app.js";

applyTheme();
addEventListener("keydown", press);
render(html`<${App} />`, document.getElementById("app"));
