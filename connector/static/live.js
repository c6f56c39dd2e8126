// Keeps parts of a page fresh: <div data-live="/cards" data-every="2000"> fetches the fragment and replaces each of its
// children that has an id and changed, so that the focus stays where it is. The page works without it.
"use strict";

function mend(place, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  const parts = (root) => [...root.children].filter((child) => child.id);
  const same = parts(place).map((part) => part.id).join() === parts(fresh).map((part) => part.id).join();
  if (!same) {
    place.replaceChildren(...fresh.childNodes);
    return;
  }
  const now = new Map(parts(place).map((part) => [part.id, part]));
  for (const part of parts(fresh)) {
    const old = now.get(part.id);
    if (old.outerHTML !== part.outerHTML) swap(old, part);
  }
}

function swap(old, part) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const nth = focused ? [...old.querySelectorAll("a, button, summary")].indexOf(focused) : -1;
  old.replaceWith(part);
  if (nth >= 0) part.querySelectorAll("a, button, summary")[nth]?.focus();
}

async function refresh(place) {
  if (!document.hidden) {
    try {
      const answer = await fetch(place.dataset.live, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      if (answer.redirected || answer.status === 401) return location.reload();
      if (answer.ok) mend(place, await answer.text());
    } catch {
      // The server is away; the next round tries again.
    }
  }
  if (!place.querySelector("[data-settled]")) setTimeout(() => refresh(place), Number(place.dataset.every));
}

for (const place of document.querySelectorAll("[data-live]")) {
  setTimeout(() => refresh(place), Number(place.dataset.every));
}

for (const button of document.querySelectorAll("[data-copies]")) {
  const source = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener("click", async () => {
    source.select();
    await navigator.clipboard.writeText(source.value);
    button.textContent = button.dataset.done;
  });
}

// A menu closes when somebody clicks elsewhere or presses Escape, which leads back to what opened it.
for (const menu of document.querySelectorAll("details.menu")) {
  document.addEventListener("click", (event) => menu.contains(event.target) || (menu.open = false));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
