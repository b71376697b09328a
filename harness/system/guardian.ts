/**
 * A POSIX shell program that runs a command and ends it when the pipe on its stdin closes, however that came about
 * (also by `kill -9` of the harness). It is the leader of a process group in which the command and all its children
 * live; the group never outlives the guardian. Arguments: grace in seconds, command, its arguments.
 *
 * - stdin is never written to: the command gets the same pipe, so it may watch it too.
 * - fd 3 tells the harness two lines: `pid N` of the command, `exit N` as the shell knows it.
 * - The pipe is watched by `cat`; as it closes, the group gets TERM (and CONT, in case it is frozen), after the grace
 *   KILL. Signals that the guardian catches are back at their default in the command, ignored ones would not be.
 * - A signal cuts `wait` short, with a code of its own even if the command has just ended: it is then asked again. 127
 *   is what the shell says of one whose end it has told already.
 * - The last deed is KILL for the group: stragglers, the watcher, and the guardian itself.
 */
export const guardian: string = `
exec 4<&0
grace=$1; shift
trap 'caught=1' TERM HUP PIPE
"$@" <&4 3>&- 4<&- &
child=$!
(
  trap '' TERM HUP
  cat <&4 >/dev/null
  kill -TERM 0
  kill -CONT 0
  sleep "$grace"
  kill -KILL 0
) </dev/null >/dev/null 2>&1 3>&- &
exec 4<&- </dev/null
echo "pid $child" >&3
code=
while caught=; wait "$child"; now=$?; [ "$now" = 127 ] && [ -n "$code" ] || code=$now; [ -n "$caught" ]; do :; done
echo "exit $code" >&3
kill -KILL 0
`;
