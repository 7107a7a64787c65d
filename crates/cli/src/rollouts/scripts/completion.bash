# bash completion for kubectl-argo-rollouts
_kubectl_argo_rollouts() {
    local words cur candidate answer
    words=("${COMP_WORDS[@]:1:COMP_CWORD}")
    cur="${COMP_WORDS[COMP_CWORD]}"
    COMPREPLY=()
    answer="$(kubectl-argo-rollouts __complete "${words[@]}" 2>/dev/null)" || return
    while IFS= read -r candidate; do
        candidate="${candidate%%$'\t'*}"
        case "$candidate" in
            :4) compopt +o default 2>/dev/null ;;
            :*) ;;
            "$cur"*) COMPREPLY+=("$candidate") ;;
        esac
    done <<<"$answer"
}
complete -o default -F _kubectl_argo_rollouts kubectl-argo-rollouts
