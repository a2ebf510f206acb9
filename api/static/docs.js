// Draws the OpenAPI document with Swagger UI, in the reader's colour scheme.
"use strict";

const dark = window.matchMedia("(prefers-color-scheme: dark)");

function followScheme() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

// Swagger UI sends the example of every parameter that the reader leaves alone; so the examples of optional ones are told, not filled in.
function tellExamples(parameter) {
  const example = parameter.example ?? parameter.schema?.example;
  if (parameter.required || example === undefined) return;
  parameter.description = `${parameter.description ?? ""} Example: \`${example}\`.`;
  delete parameter.example;
  delete parameter.schema?.example;
}

async function draw() {
  const spec = await (await fetch("/v1/openapi.json")).json();
  const operations = Object.values(spec.paths).flatMap((path) => [path, ...Object.values(path)]);
  const parameters = operations.flatMap((operation) => operation.parameters ?? []);
  [...parameters, ...Object.values(spec.components?.parameters ?? {})].forEach(tellExamples);
  SwaggerUIBundle({
    spec,
    dom_id: "#docs",
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    docExpansion: "list",
    supportedSubmitMethods: ["get", "head"],
    validatorUrl: null,
  });
}

dark.addEventListener("change", followScheme);
followScheme();
draw();
