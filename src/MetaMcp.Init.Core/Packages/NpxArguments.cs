namespace MetaMcp.Init.Core.Packages;

/// <summary>
/// The command line of <c>npx</c> and <c>npm exec</c>, read as npm does (nopt): an option of the list below takes the next word, any
/// other one does not, and the first word that is no option is the package, or the command where <c>--package</c> names that.
/// </summary>
public static class NpxArguments
{
    /// <summary>The options of npm that take a value and could be meant for a start.</summary>
    private static readonly HashSet<string> Valued = new(StringComparer.Ordinal)
    {
        "access", "allow-scripts", "auth-type", "before", "ca", "cache", "cache-max", "cache-min", "cafile", "call", "cert", "cpu",
        "editor", "enjoy-by", "fetch-retries", "fetch-retry-factor", "fetch-retry-maxtimeout", "fetch-retry-mintimeout",
        "fetch-timeout", "git", "globalconfig", "https-proxy", "include", "install-strategy", "key", "libc", "local-address",
        "location", "loglevel", "logs-dir", "logs-max", "maxsockets", "min-release-age", "node-arg", "node-gyp", "node-options",
        "noproxy", "npm", "omit", "only", "os", "otp", "package", "prefix", "proxy", "reg", "registry", "replace-registry-host",
        "scope", "script-shell", "shell", "tag", "umask", "user-agent", "userconfig", "workspace",
        // The short ones.
        "C", "L", "c", "m", "n", "p", "w",
    };

    private static readonly HashSet<string> Plain = new(StringComparer.Ordinal) { "-y", "--yes", "-q", "--quiet", "--" };

    /// <param name="words">The words after <c>npx</c>.</param>
    /// <param name="before">The number of words before them.</param>
    public static RunnerCall Read(ReadOnlySpan<string> words, int before = 1)
    {
        var call = new RunnerCall { Runner = RunnerKind.Npx };
        var (package, packages, isPlain, at) = ("", 0, true, 0);
        for (; at < words.Length && words[at].StartsWith('-'); at++)
        {
            var word = words[at];
            isPlain &= Plain.Contains(word);
            if (word == "--")
            {
                at++;
                break;
            }
            var key = Key(word, out var value);
            // A version or a help text, or a line for a shell, which may start anything.
            if (key is "version" or "v" or "help" or "h" or "H" or "?" or "usage" or "call" or "c")
                return call;
            var takesNext = value is null && at + 1 < words.Length &&
                (Valued.Contains(key) || words[at + 1] is "true" or "false");
            if (takesNext)
                (value, isPlain) = (words[++at], false);
            if (key is "package" or "p")
                (package, packages) = (value ?? "", packages + 1);
        }
        if (at >= words.Length || packages > 1)
            return call;
        var spec = packages == 1 ? package : words[at];
        return call with
        {
            Spec = spec,
            Package = PackageSpec.Npm(spec),
            IsPlain = isPlain && packages == 0,
            Length = before + at + 1,
        };
    }

    private static string Key(string word, out string? value)
    {
        var key = word.TrimStart('-');
        var equals = key.IndexOf('=', StringComparison.Ordinal);
        value = equals < 0 ? null : key[(equals + 1)..];
        return equals < 0 ? key : key[..equals];
    }
}
