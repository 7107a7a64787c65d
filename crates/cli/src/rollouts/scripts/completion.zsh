#compdef kubectl-argo-rollouts
# zsh completion for kubectl-argo-rollouts
_kubectl_argo_rollouts() {
    local -a candidates
    local line directive
    for line in "${(@f)$(kubectl-argo-rollouts __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        case "$line" in
            :*) directive="$line" ;;
            ?*) candidates+=("${line%%$'\t'*}") ;;
        esac
    done
    compadd -a candidates
    [[ "$directive" == ":4" ]] || _files
}
if [ "$funcstack[1]" = "_kubectl_argo_rollouts" ]; then
    _kubectl_argo_rollouts
else
    compdef _kubectl_argo_rollouts kubectl-argo-rollouts
fi
