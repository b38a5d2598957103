// Everything a page needs: htmx and one small file per behaviour. Curves come from chart.js, on pages that have some.
import "./behaviours/requests.js";
import "./behaviours/preferences.js";
import "./behaviours/menus.js";
import "./behaviours/confirm.js";
import "./behaviours/palette.js";
import "./behaviours/keys.js";
import "./behaviours/lists.js";
import "./behaviours/live.js";
import "./behaviours/presence.js";
import "./behaviours/drafts.js";
import "./behaviours/undo.js";
import "./behaviours/times.js";
import "./behaviours/dropzone.js";
import "./behaviours/unsaved.js";
import "./behaviours/copy.js";
import "./behaviours/choosers.js";
import "./behaviours/focus.js";
