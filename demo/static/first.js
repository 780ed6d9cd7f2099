// Before Gradio draws the page: its texts in the visitor's language, so that nobody sees another first.
(() => {
  const { components } = window.gradio_config ?? {};
  const translations = components?.find(({ props }) => props.label === "translations");
  if (!translations) return;
  let language = navigator.language;
  try {
    language = localStorage.getItem("cgan-language") || language;
  } catch {
    // No storage: use the browser's language.
  }
  const texts = JSON.parse(translations.props.value)[language.toLowerCase().split("-")[0]] ?? [];
  translations.props.value = "";
  const props = new Map(components.map((one) => [one.id, one.props]));
  for (const [id, changes] of texts) Object.assign(props.get(id), changes);
})();
