// Which accounts this browser opened last: their numbers only, the newest first; the server knows their names and
// who may see them.
const KEY = "recent-accounts";
const AT_MOST = 6;

export const recent = () => (localStorage.getItem(KEY) ?? "").split(",").filter((key) => /^\d{1,18}$/.test(key));

const here = document.querySelector("[data-recent]")?.dataset.recent;
if (here) localStorage.setItem(KEY, [here, ...recent().filter((key) => key !== here)].slice(0, AT_MOST).join());
