namespace MetaMcp.Init.Core.Packages;

/// <summary>
/// The command line of <c>uvx</c> and <c>uv tool run</c>, read as uv does: options before the command, which is <c>name</c>,
/// <c>name@version</c>, or with <c>--from PACKAGE</c> the program of that package.
/// </summary>
public static class UvxArguments
{
    private static readonly HashSet<string> Valued = new(StringComparer.Ordinal)
    {
        "--allow-insecure-host", "--build-constraint", "--build-constraints", "--cache-dir", "--color", "--config-file", "--config-setting",
        "--config-settings-package", "--constraint", "--constraints", "--default-index", "--directory", "--env-file", "--exclude-newer",
        "--exclude-newer-package", "--extra-index-url", "--find-links", "--fork-strategy", "--from", "--index", "--index-strategy",
        "--index-url", "--keyring-provider", "--link-mode", "--no-binary-package", "--no-build-isolation-package", "--no-build-package",
        "--override", "--overrides", "--prerelease", "--project", "--python", "--python-platform", "--refresh-package",
        "--reinstall-package", "--resolution", "--torch-backend", "--upgrade-package", "--with", "--with-editable",
        "--with-executables-from", "--with-requirements", "-C", "-P", "-b", "-c", "-f", "-i", "-p", "-w",
    };

    /// <param name="words">The words after <c>uvx</c>.</param>
    /// <param name="before">The number of words before them.</param>
    public static RunnerCall Read(ReadOnlySpan<string> words, int before = 1)
    {
        var call = new RunnerCall { Runner = RunnerKind.Uvx };
        string? from = null;
        var (isPlain, at) = (true, 0);
        for (; at < words.Length && words[at].Length > 1 && words[at][0] == '-'; at++)
        {
            var word = words[at];
            isPlain &= word is "-q" or "--quiet" or "--";
            if (word == "--")
            {
                at++;
                break;
            }
            var equals = word.StartsWith("--", StringComparison.Ordinal) ? word.IndexOf('=', StringComparison.Ordinal) : -1;
            var key = equals < 0 ? word : word[..equals];
            if (key is "--version" or "-V" or "--help" or "-h")
                return call;
            var value = equals < 0 ? null : word[(equals + 1)..];
            if (value is null && Valued.Contains(key) && at + 1 < words.Length)
                value = words[++at];
            if (key == "--from")
                from = value ?? "";
        }
        if (at >= words.Length)
            return call;
        var spec = from ?? words[at];
        return call with
        {
            Spec = spec,
            Package = PackageSpec.Python(spec),
            IsPlain = isPlain && from is null,
            Length = before + at + 1,
        };
    }
}
