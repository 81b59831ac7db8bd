#include "ctl/shells.h"

namespace dcportals::ctl {
namespace {

// No "compgen -W": it would expand candidates as shell words, and tenants choose names. COMP_WORDS is split at colons and equal
// signs too, which tears URLs apart; the line itself is split at spaces only.
constexpr std::string_view kBash = R"sh(# bash completion for dcportalctl, printed by: dcportalctl completion bash
_dcportalctl() {
  local line=${COMP_LINE:0:COMP_POINT} words IFS=$' \t\n'
  read -r -a words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  local current=${words[${#words[@]}-1]} candidates
  candidates=$("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
  if [[ $candidates == :files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
  fi
  [[ -n $candidates ]] && mapfile -t COMPREPLY < <(cut -f1 <<<"$candidates")
}
complete -F _dcportalctl dcportalctl
)sh";

constexpr std::string_view kZsh = R"sh(#compdef dcportalctl
# zsh completion for dcportalctl, printed by: dcportalctl completion zsh
_dcportalctl() {
  local line
  local -a lines described
  lines=("${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ ${lines[1]} == :files ]]; then
    _files
    return
  fi
  for line in $lines; do
    [[ -n $line ]] || continue
    described+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done
  (( $#described )) && _describe dcportalctl described
}
if [[ ${funcstack[1]} == _dcportalctl ]]; then
  _dcportalctl "$@"
else
  compdef _dcportalctl dcportalctl
fi
)sh";

constexpr std::string_view kFish = R"sh(# fish completion for dcportalctl, printed by: dcportalctl completion fish
function __dcportalctl_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
    if test "$lines[1]" = :files
        __fish_complete_path "$current"
    else
        printf '%s\n' $lines
    end
end
complete -c dcportalctl -f -a '(__dcportalctl_complete)'
)sh";

}  // namespace

std::string_view completion_script(std::string_view shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  return shell == "fish" ? kFish : std::string_view();
}

}  // namespace dcportals::ctl
