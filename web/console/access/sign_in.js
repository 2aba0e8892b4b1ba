import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { setUp, signIn } from "../lib/session.js";
import { go, route } from "../lib/route.js";
import { Button, Field } from "../parts/ui.js";
import { Icon } from "../parts/icon.js";

const Frame = ({ title, lead, children }) => html`
  <main class="alone">
    <div class="card sign-in">
      <div class="sign-in-brand"><${Icon} name="bell" size=${28} /><span>Shopbell</span></div>
      <h1>${title}</h1>
      ${lead && html`<p class="lead">${lead}</p>`}
      ${children}
    </div>
  </main>`;

// What a form does when it is sent: once at a time, with its problem shown.
function useSending(send) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await send(new FormData(event.target));
    } catch (found) {
      setProblem(found);
    }
    setBusy(false);
  };
  return { busy, problem, submit };
}

const Trouble = ({ problem }) => problem && html`<p class="form-error" role="alert"><${Icon} name="warn" size=${16} /> ${problem.message}</p>`;

export function SignIn() {
  const { busy, problem, submit } = useSending((form) => signIn(form.get("email"), form.get("password")));
  return html`
    <${Frame} title="Sign in">
      <form onSubmit=${submit}>
        <${Field} label="Email" id="email"><input id="email" name="email" type="email" autocomplete="username" required autofocus /><//>
        <${Field} label="Password" id="password"><input id="password" name="password" type="password" autocomplete="current-password" required /><//>
        <${Trouble} problem=${problem} />
        <${Button} kind="primary block" type="submit" busy=${busy}>Sign in<//>
      </form>
    <//>`;
}

/// The first owner says who it is; who was invited (the link has the email) chooses a password only.
export function SetUp({ token }) {
  const invited = route.value.query.for;
  const { busy, problem, submit } = useSending(async (form) => {
    await setUp(token, Object.fromEntries(form));
    go(["inbox"], {}, { replace: true });
  });
  const wrong = problem?.fields ?? {};
  return html`
    <${Frame} title="Welcome" lead=${invited ? `Choose a password for ${invited}. This link works once.` : "You are the first here: set up the owner of this shop. This link works once."}>
      <form onSubmit=${submit}>
        ${!invited && html`
          <${Field} label="Your name" id="name" error=${wrong.name}><input id="name" name="name" autocomplete="name" required autofocus /><//>
          <${Field} label="Email" id="email" error=${wrong.email}><input id="email" name="email" type="email" autocomplete="username" required /><//>`}
        <${Field} label="Password" id="password" hint="At least 10 characters; a few words you can remember do well." error=${wrong.password}>
          <input id="password" name="password" type="password" autocomplete="new-password" minlength="10" required autofocus=${!!invited} /><//>
        <${Trouble} problem=${problem} />
        <${Button} kind="primary block" type="submit" busy=${busy}>Come in<//>
      </form>
    <//>`;
}
