# fish completion for kubectl-argo-rollouts
function __kubectl_argo_rollouts_complete
    set -l words (commandline -opc)[2..-1] (commandline -ct)
    kubectl-argo-rollouts __complete $words 2>/dev/null | string match -v ':*'
end
complete -c kubectl-argo-rollouts -f -a '(__kubectl_argo_rollouts_complete)'
