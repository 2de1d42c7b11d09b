// All behaviours. Each attaches by data- attributes and knows no page; every page works without them.
import "./autosubmit.js";
import "./board.js";
import "./cells.js";
import "./copy.js";
import "./dialog.js";
import "./drop.js";
import "./focus.js";
import "./keep.js";
import "./order.js";
import "./palette.js";
import "./print.js";
import "./queue.js";
import "./rows.js";
import "./toast.js";
