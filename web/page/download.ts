/** Have the browser keep a file of the server; the answer's own header gives it its name. */
export function download(path: string): void {
  const link = document.createElement("a");
  link.href = path;
  link.download = "";
  link.click();
}
