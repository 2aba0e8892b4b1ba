// Who is here, and what they may do.
import { get, post, put, remove, session } from "./api.js";

export { session };

export async function load() {
  try {
    session.value = await get("/session");
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    session.value = null;
  }
}

export async function signIn(email, password) {
  session.value = await post("/session", { email, password });
}

/// `wanted`: {password}, and {name, email} of the first owner.
export async function setUp(token, wanted) {
  session.value = await post("/setup", { token, ...wanted });
}

export async function signOut() {
  await remove("/session").catch(() => {});
  session.value = null;
}

export async function changePassword(old, fresh) {
  session.value = await put("/session/password", { old, new: fresh });
}

/// One of them suffices. Unknown permissions are the server's to refuse.
export const may = (...permissions) => {
  const given = session.value?.permissions ?? [];
  return given.includes("*") || permissions.some((one) => given.includes(one));
};
export const me = () => session.value?.person;
