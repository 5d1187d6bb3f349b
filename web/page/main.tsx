import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/layout.css";
import "./styles/sidebar.css";
import "./styles/chat.css";
import "./styles/crisis.css";
import "./styles/reasoning.css";
import "./styles/side-by-side.css";
import "./styles/composer.css";
import "./styles/prose.css";
import "./styles/dialogs.css";
import "./styles/order.css";
import "./styles/temporary.css";
import "./styles/access.css";
import "./styles/attachments.css";
import "./styles/chat-settings.css";
import "./styles/slash.css";
import "./styles/models.css";
import "./styles/download-note.css";
import "./styles/answer-acts.css";
import "./styles/citations.css";
import "./styles/toasts.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "../shared/app";
import { browserShelf, Saved } from "../shared/saved";
import { eachFrame } from "../shared/store";
import { Page } from "./page";
import { Reader } from "./reader";

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no place for its content.");

const app = new App(new Saved(browserShelf()), eachFrame);
app.start();
createRoot(root).render(
  <StrictMode>
    <Reader app={app}>
      <Page />
    </Reader>
  </StrictMode>,
);
