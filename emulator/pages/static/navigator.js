// Filters the navigator while typing; without this script Enter does the same on the server. Closes the user menu.
(function () {
  "use strict";
  var input = document.getElementById("navigator-filter");
  var groups = Array.from(document.querySelectorAll("#navigator details"));
  var nothing = document.querySelector("#navigator .no-match");
  var opened = groups.map(function (group) { return group.open; });

  function holds(element, text) {
    return element.textContent.toLowerCase().indexOf(text) >= 0;
  }

  function show(group, text) {
    var whole = holds(group.querySelector("summary"), text);
    var found = whole;
    group.querySelectorAll("li").forEach(function (item) {
      item.hidden = !whole && !holds(item, text);
      found = found || !item.hidden;
    });
    group.hidden = !found;
    return found;
  }

  function filter() {
    var text = input.value.trim().toLowerCase();
    var found = groups.filter(function (group) { return show(group, text); });
    groups.forEach(function (group, index) { group.open = text ? !group.hidden : opened[index]; });
    nothing.hidden = found.length > 0;
  }

  if (input) {
    input.addEventListener("input", filter);
  }

  // The menu closes when somebody clicks elsewhere or presses Escape, which leads back to what opened it.
  document.querySelectorAll("details.user-menu").forEach(function (menu) {
    document.addEventListener("click", function (event) {
      menu.open = menu.open && menu.contains(event.target);
    });
    menu.addEventListener("keydown", function (event) {
      if (event.key === "Escape") {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    });
  });
})();
