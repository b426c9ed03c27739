// Finds the pages that have most of the words in their title or in what they are found by. PAGES is in search_index.js.
"use strict";
(() => {
  const MOST = 20;
  const root = document.currentScript.dataset.root;
  const input = document.querySelector("#search");
  const list = document.querySelector("#found");
  const count = document.querySelector("#found-count");

  function show() {
    const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = PAGES.map((page) => wanted.filter((word) => page.words.includes(word)).length);
    const most = Math.max(0, ...hits);
    const found = most ? PAGES.filter((_, index) => hits[index] === most) : [];
    list.replaceChildren(...found.slice(0, MOST).map((page) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = root + page.path;
      link.textContent = page.title;
      item.append(link);
      return item;
    }));
    count.textContent = wanted.length ? `${found.length} found${found.length > MOST ? `, ${MOST} shown` : ""}` : "";
  }

  document.querySelector("search").hidden = false;
  input.addEventListener("input", show);
})();
