/** What is seen until it is known who is here: the same as in index.html, before there is a script. */
export function Opening() {
  return (
    <div className="opening">
      <p className="sidebar-name">Sottovoce</p>
    </div>
  );
}
