"use strict";
window.addEventListener("load", () => {
  SwaggerUIBundle({ url: "/v1/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null, docExpansion: "list" });
});
