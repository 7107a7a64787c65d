# powershell completion for kubectl-argo-rollouts
Register-ArgumentCompleter -Native -CommandName 'kubectl-argo-rollouts' -ScriptBlock {
    param($WordToComplete, $CommandAst, $CursorPosition)
    $words = @($CommandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
    if ($WordToComplete -eq '') { $words += '' }
    & kubectl-argo-rollouts __complete @words 2>$null |
        Where-Object { $_ -notlike ':*' } |
        ForEach-Object { ($_ -split "`t")[0] } |
        ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
