// Lists marked data-sort can be put into another order by dragging. Without this file each item has buttons that do the
// same; here the form of an item's buttons is sent with the item it was dropped in front of.

for (const list of document.querySelectorAll("[data-sort]")) {
  let dragged = null;
  const items = () => [...list.querySelectorAll(":scope > [data-sort-item]")];
  for (const item of items()) {
    item.draggable = true;
    item.addEventListener("dragstart", (event) => {
      // Text that is being typed or selected is not the item.
      if (event.target !== item) return;
      dragged = item;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", item.dataset.sortItem);
      item.classList.add("dragged");
    });
    item.addEventListener("dragend", () => {
      dragged = null;
      for (const one of items()) one.classList.remove("dragged", "drop-here");
    });
    item.addEventListener("dragover", (event) => {
      if (!dragged) return;
      event.preventDefault();
      for (const one of items()) one.classList.toggle("drop-here", one === item && one !== dragged);
    });
    item.addEventListener("drop", (event) => {
      if (!dragged || dragged === item) return;
      event.preventDefault();
      const all = items();
      const down = all.indexOf(dragged) < all.indexOf(item);
      // Dropped on a later item it goes behind it, on an earlier one in front of it.
      const before = down ? all[all.indexOf(item) + 1] : item;
      send(dragged, before?.dataset.sortItem ?? "");
    });
  }
}

function send(item, before) {
  const form = item.querySelector("form[data-sort-form]");
  if (!form) return;
  form.elements.before.value = before;
  const to = Object.assign(document.createElement("input"), { type: "hidden", name: "to", value: "before" });
  form.append(to);
  form.requestSubmit();
}
