# shellcheck shell=bash
# What ./run, ./test and the scripts in .ci share: messages, waiting, and processes that are started, watched and
# stopped. Source it after `set -euo pipefail`.

# shellcheck disable=SC2034  # for those who source this
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# A shell or terminal in another language must not change what tools print or how they sort.
export LC_ALL=C.UTF-8

say() { printf '%s\n' "$*" >&2; }

die() {
  printf '%s: %s\n' "${program:-$(basename "$0")}" "$*" >&2
  exit 1
}

as_root() {
  if ((EUID == 0)); then env DEBIAN_FRONTEND=noninteractive "$@"; else sudo DEBIAN_FRONTEND=noninteractive "$@"; fi
}

# wait_until SECONDS COMMAND..: true as soon as the command succeeds, false after the time.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# A pid alone is not a process: the kernel gives numbers out again. So we keep it with the time it started at.
started_at() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # The name in the second field may hold spaces and parentheses: cut up to the last one.
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  [[ $1 != Z ]] && echo "${20}"
}

remember() { echo "$2 $(started_at "$2" || true)" >"$1"; } # remember FILE PID

# alive FILE: prints the pid if the process that FILE remembers still runs.
alive() {
  local pid since
  read -r pid since 2>/dev/null <"$1" || return 1
  [[ -n $since && $(started_at "$pid" || true) == "$since" ]] && echo "$pid"
}

gone() { ! alive "$1" >/dev/null; }

# stop NAME FILE SIGNAL SECONDS: asks the process in FILE to end and waits; ends it by force past the time.
stop() {
  local name=$1 file=$2 signal=$3 seconds=$4 pid
  if pid=$(alive "$file"); then
    kill -s "$signal" "$pid" 2>/dev/null || true
    if ! wait_until "$seconds" gone "$file"; then
      say "$name (process $pid) did not end within $seconds s of SIG$signal: killing it"
      kill -s KILL "$pid" 2>/dev/null || true
      wait_until 10 gone "$file" || say "$name (process $pid) is still there after SIGKILL"
    fi
  fi
  rm -f "$file"
}

# launch NAME DIR COMMAND..: starts it in a session of its own, so that Ctrl-C in a terminal reaches only us and the order
# of stopping is ours. Its output goes to DIR/log/NAME.log, its pid to DIR/run/NAME.pid and `launched`.
launch() {
  local name=$1 dir=$2
  shift 2
  setsid "$@" >>"$dir/log/$name.log" 2>&1 </dev/null 9>&- &
  launched=$!
  remember "$dir/run/$name.pid" "$launched"
}

port_in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Who listens on a port, for a message; empty if it cannot be told.
port_owner() {
  ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:((\("[^"]*"\),pid=\([0-9]*\).*/\1, process \2/p' | head -n 1
}

# A port that nothing listens on now. Below the kernel's range for outgoing connections, so that none of those takes it.
free_port() {
  local port try
  for try in {1..100}; do
    port=$((20000 + RANDOM % 12000))
    port_in_use "$port" || { echo "$port"; return; }
  done
  die "found no free port after $try tries"
}

# http_status PORT PATH: the status code, or nothing.
http_status() {
  local line
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$2" >&3
  IFS=' ' read -r -t 5 _ line _ <&3 || true
  exec 3>&-
  echo "${line:-}"
}
