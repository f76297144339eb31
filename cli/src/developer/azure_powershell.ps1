$ErrorActionPreference = 'Stop'
$module = Import-Module Az.Accounts -MinimumVersion '2.2.0' -PassThru -ErrorAction SilentlyContinue
if (! $module) {
    Write-Output NO_AZ_ACCOUNT_MODULE
    exit
}
$parameters = @{ 'ResourceUrl' = 'RESOURCE'; 'WarningAction' = 'Ignore' }
# From 5.0 on the token is a SecureString without being asked for one.
if ($module.Version -ge [version]'2.17.0' -and $module.Version -lt [version]'5.0.0') {
    $parameters['AsSecureString'] = $true
}
$token = Get-AzAccessToken @parameters
$value = $token.Token
if ($value -is [System.Security.SecureString]) {
    if ($PSVersionTable.PSVersion.Major -lt 7) {
        $pointer = [System.Runtime.InteropServices.Marshal]::SecureStringToBSTR($value)
        try {
            $value = [System.Runtime.InteropServices.Marshal]::PtrToStringBSTR($pointer)
        } finally {
            [System.Runtime.InteropServices.Marshal]::ZeroFreeBSTR($pointer)
        }
    } else {
        $value = $value | ConvertFrom-SecureString -AsPlainText
    }
}
Write-Output "`nazsdk%$($value)%$($token.ExpiresOn.ToUnixTimeSeconds())`n"
