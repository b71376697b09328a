/** `text` in lines of at most `width` characters, broken at spaces where there are any. */
export function wrapped(text: string, width: number): string[] {
  const most = Math.max(10, width);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((piece) => pieces(piece, most))) {
    if (line !== "" && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}

function pieces(word: string, most: number): string[] {
  const characters = Array.from(word);
  if (characters.length <= most) return [word];
  const parts = Math.ceil(characters.length / most);
  return Array.from({ length: parts }, (_, part) =>
    characters.slice(part * most, (part + 1) * most).join(""),
  );
}
