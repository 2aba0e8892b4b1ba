import { html } from "htm/preact";
import { Page } from "../parts/ui.js";

export default () => html`<${Page} title="settings" />`;
