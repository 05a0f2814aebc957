# shellcheck shell=bash
# The processes that ./run and ./test start in a directory: DIR/postgres, DIR/kafka, DIR/log/NAME.log, DIR/run/NAME.pid.
# Needs lib.sh.
# shellcheck disable=SC2154  # root is lib.sh's

# Name, signal and seconds, in the order of stopping: who asks before who is asked.
services=("api TERM 30" "projector TERM 30" "publisher TERM 30" "kafka TERM 60" "postgres INT 60")

stop_services() {
  local line name signal seconds
  for line in "${services[@]}"; do
    read -r name signal seconds <<<"$line"
    [[ ! -f $1/run/$name.pid ]] || stop "$name" "$1/run/$name.pid" "$signal" "$seconds"
  done
}

# After kill -9 of a run, its children end by themselves, but they need a moment.
stop_leftovers() {
  local line name
  for line in "${services[@]}"; do
    name=${line%% *}
    if [[ -f $1/run/$name.pid ]] && alive "$1/run/$name.pid" >/dev/null; then
      say "stopping $name, left by a run that was killed"
    fi
  done
  stop_services "$1"
}

# await NAME DIR SECONDS COMMAND..: until the command succeeds; ends us if the process ends first, or takes too long.
await() {
  local name=$1 dir=$2 deadline=$((SECONDS + $3)) seconds=$3
  shift 3
  until "$@"; do
    gone "$dir/run/$name.pid" && failed_to_start "$name" "$dir" "ended while starting"
    ((SECONDS < deadline)) || failed_to_start "$name" "$dir" "was not ready within $seconds s"
    sleep 0.1
  done
}

failed_to_start() {
  say "--- the last lines of $2/log/$1.log"
  tail -n 15 "$2/log/$1.log" >&2
  die "$1 $3; its log is $2/log/$1.log"
}

# A log that grew large is put aside at the next start; one older is kept.
new_log() {
  local log=$1/log/$2.log
  mkdir -p "$1/log" "$1/run"
  if [[ -f $log && $(stat -c %s "$log") -gt 50000000 ]]; then mv "$log" "$log.old"; fi
  printf -- '--- started %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >>"$log"
}

start_postgres() { # DIR [OPTION..]
  local dir=$1
  shift
  "$root/.ci/postgres" init "$dir/postgres"
  new_log "$dir" postgres
  launch postgres "$dir" "$root/.ci/postgres" exec "$dir/postgres" "$@"
  await postgres "$dir" 120 "$root/.ci/postgres" ready "$dir/postgres"
}

# Sets kafka_port. The port of last time, if it is free: clients may know it.
start_kafka() { # DIR [OPTION..]
  local dir=$1 file=$1/kafka/port
  shift
  kafka_port=""
  if [[ -f $file ]]; then kafka_port=$(<"$file"); fi
  if [[ -z $kafka_port ]] || port_in_use "$kafka_port"; then kafka_port=$(free_port); fi
  mkdir -p "$dir/kafka"
  echo "$kafka_port" >"$file"
  new_log "$dir" kafka
  launch kafka "$dir" setpriv --pdeathsig TERM "$root/docker/kafka/broker" start --data "$dir/kafka" --port "$kafka_port" \
    --controller-port "$(free_port)" "$@"
  await kafka "$dir" 120 "$root/docker/kafka/broker" ready --port "$kafka_port"
}

start_program() { # DIR NAME COMMAND..
  local dir=$1 name=$2
  shift 2
  new_log "$dir" "$name"
  launch "$name" "$dir" setpriv --pdeathsig TERM "$@"
}

# Waits until one of DIR's processes ends by itself, and says which. Only a signal to us ends this otherwise.
watch() {
  local line name code
  while true; do
    for line in "${services[@]}"; do
      name=${line%% *}
      if [[ -f $1/run/$name.pid ]] && gone "$1/run/$name.pid"; then
        code=0
        wait "$(cut -d ' ' -f 1 "$1/run/$name.pid")" 2>/dev/null || code=$?
        say "--- the last lines of $1/log/$name.log"
        tail -n 15 "$1/log/$name.log" >&2
        die "$name ended by itself ($(ending "$code")); its log is $1/log/$name.log. Stopping the others"
      fi
    done
    # A child's end or a signal ends the wait at once; the sleep is for what ended between the look and the wait.
    setpriv --pdeathsig TERM sleep 5 >/dev/null 2>&1 9>&- & # outlives us no more than the services do
    wait -n 2>/dev/null || true # quiet: bash would tell of a killed child in words of its own
  done
}

ending() {
  if (($1 > 128)); then echo "killed by SIG$(kill -l "$(($1 - 128))")"; else echo "exit code $1"; fi
}
