#!/usr/bin/env bash
# Fetch the repositories of repositories.csv (student,repository) into submissions/, a folder for each student.
# Set by the workflow: MLGRADE_READ_TOKEN, a token that may read their contents. It is on no command line and in no file.
# A repository that cannot be fetched is told and passed over; if none can, this ends with 1. So that none keeps the
# others from being fetched, each has five minutes, and no file of it more than 512 MiB.
set -uo pipefail

server="${GITHUB_SERVER_URL:-https://github.com}"
list="${1:-repositories.csv}"
export GIT_TERMINAL_PROMPT=0 GIT_LFS_SKIP_SMUDGE=1

fetch() {  # student, repository
  (
    ulimit -f $((512 * 1024))
    timeout 300 git -c credential.helper= \
      -c credential.helper='!f() { echo username=x-access-token; echo "password=$MLGRADE_READ_TOKEN"; }; f' \
      -c core.hooksPath=/dev/null -c core.symlinks=false \
      clone --quiet --depth 1 "$server/$2.git" "submissions/$1"
  )
}

pushed() {  # repository; when it was pushed to, which no student can choose, as they can the date of a commit
  gh api "repos/$1" --jq .pushed_at
}

handin() {  # student, repository, when
  printf '{"mlgrade":"handin/1","student":"%s","submitted_at":%s,"source":"%s"}\n' "$1" "$3" "$2"
}

rm -rf submissions
mkdir submissions
# What lies beside the students' folders no student can write: it makes mlgrade believe the times within.
echo '{"mlgrade":"collect/1"}' > submissions/.mlgrade-collect.json

fetched=0 failed=0
while IFS=, read -r student repository; do
  if [ -z "$student$repository" ] || [ "$student" = student ]; then
    continue
  fi
  if ! [[ "$student" =~ ^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$ && "$repository" =~ ^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$ ]]; then
    echo "$list: not a student and a repository (owner/name): $student,$repository"
    failed=$((failed + 1))
    continue
  fi
  if [ -e "submissions/$student" ]; then
    echo "$list: $student is listed twice; $repository is not fetched"
    failed=$((failed + 1))
    continue
  fi
  if ! fetch "$student" "$repository"; then
    echo "$student: $repository cannot be fetched, or is too large"
    rm -rf "submissions/$student"
    failed=$((failed + 1))
    continue
  fi
  rm -rf "submissions/$student/.git"
  if when="$(pushed "$repository")" && [[ "$when" =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$ ]]; then
    when="\"$when\""
  else
    echo "$student: no time of the last push is known; it counts as handed in on time"
    when=null
  fi
  rm -rf "submissions/$student/.mlgrade-handin.json"
  handin "$student" "$repository" "$when" > "submissions/$student/.mlgrade-handin.json"
  fetched=$((fetched + 1))
done < <(sed $'1s/^\xef\xbb\xbf//; s/\r$//' "$list"; echo)  # as spreadsheets save it

echo "$fetched fetched, $failed not"
[ "$fetched" -gt 0 ]
