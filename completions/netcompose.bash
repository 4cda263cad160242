# bash completion for netcompose: source <(netcompose completion bash)
#
# What can follow is asked of netcompose itself, in the words that docker's own completion uses: one candidate a line,
# last ":" and what to do with them (1 failed, 2 no space after it, 4 no files, 8 files with these endings, 16 folders).

_netcompose() {
  local cur words cword word
  if declare -F _get_comp_words_by_ref > /dev/null; then
    _get_comp_words_by_ref -n =: cur words cword
  else
    cur=${COMP_WORDS[COMP_CWORD]} words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
  fi
  COMPREPLY=()

  # Quotes and a leading ~ are the shell's; nothing of the line is evaluated.
  local -a call=()
  for word in "${words[@]:1:cword-1}"; do
    word=${word//[\"\'\\]/}
    call+=("${word/#\~\//$HOME/}")
  done
  local asked=${cur//[\"\'\\]/}
  local answer
  answer=$("${words[0]/#\~\//$HOME/}" __completeNoDesc "${call[@]}" "$asked" 2> /dev/null) || return
  local directive=${answer##*:}
  answer=${answer%:*}
  [[ $directive =~ ^[0-9]+$ ]] && ((!(directive & 1))) || return

  # Readline replaces only what follows the last character that breaks words.
  local option='' broken=''
  [[ $cur == --*=* ]] && option=${cur%%=*}=
  local end=${cur##*[=:]}
  local mark=${cur%"$end"}
  [[ -n $mark && $COMP_WORDBREAKS == *"${mark: -1}"* ]] && broken=$mark

  local candidate
  while IFS= read -r candidate; do
    [[ -n $candidate ]] || continue
    if ((directive & 8)); then
      COMPREPLY+=($(compgen -f -X "!*.$candidate" -- "${cur#"$option"}"))
    elif [[ $option$candidate == "$cur"* ]]; then
      candidate=$option$candidate
      COMPREPLY+=("${candidate#"$broken"}")
    fi
  done <<< "$answer"
  if ((directive & 8)); then
    COMPREPLY+=($(compgen -d -- "${cur#"$option"}"))
    compopt -o filenames 2> /dev/null
  elif ((directive & 16)); then
    COMPREPLY=($(compgen -d -- "${cur#"$option"}"))
    compopt -o filenames 2> /dev/null
  fi
  # Where there is none, readline offers files.
  ((directive & (4 | 8 | 16))) && compopt +o default +o bashdefault 2> /dev/null
  ((directive & 2)) && compopt -o nospace 2> /dev/null
  return 0
}

complete -o bashdefault -o default -F _netcompose netcompose
