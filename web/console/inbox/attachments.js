// What came with a message, as far as its channel told of it. The files stay there: a link leads to them where there is one.
import { html } from "htm/preact";
import { title } from "../lib/words.js";

const kinds = { image: "Picture", audio: "Voice", video: "Video", document: "File", sticker: "Sticker", location: "Place", contact: "Contact" };
const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const size = (bytes) => (bytes >= 1e6 ? `${number.format(bytes / 1e6)} MB` : bytes >= 1e3 ? `${number.format(bytes / 1e3)} kB` : `${number.format(bytes)} B`);

const isSafe = (url) => /^https:\/\//i.test(url ?? "");

export function Attachments({ of }) {
  if (!of?.length) return null;
  return html`
    <ul class="attachments" aria-label="Attachments">
      ${of.map((one, i) => {
        const what = [kinds[one.kind] ?? title(one.kind ?? "File"), one.name, one.phone, one.latitude !== undefined && `${one.latitude}, ${one.longitude}`, one.size >= 0 && size(one.size)].filter(Boolean).join(" · ");
        return html`<li key=${i} title=${one.type ?? ""}>${isSafe(one.url) ? html`<a href=${one.url} target="_blank" rel="noopener noreferrer nofollow">${what}</a>` : what}</li>`;
      })}
    </ul>`;
}
