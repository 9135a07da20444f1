using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Probing;

/// <summary>One probe, as the command line describes it.</summary>
/// <param name="Timeout">The time for the whole probe, name look-up included.</param>
public abstract record ProbeRequest(TimeSpan Timeout) : Case
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A cgroup to join first, as PID 1 has it: that of the service that is probed.</summary>
    public string? Cgroup { get; init; }

    /// <summary>The target, almost as the user wrote it.</summary>
    public abstract string Subject { get; }

    /// <summary>Healthy when a GET is answered with a status in the range.</summary>
    public sealed record Http(HttpTarget Target, StatusRange Expected, TimeSpan Timeout) : ProbeRequest(Timeout)
    {
        public override string Subject => $"http://{Target.HostHeader}{Target.PathAndQuery}";
    }

    /// <summary>Healthy when a connection is accepted.</summary>
    public sealed record Tcp(HostAndPort Address, TimeSpan Timeout) : ProbeRequest(Timeout)
    {
        public override string Subject => $"tcp {Address}";
    }

    /// <summary>Healthy when a connection is accepted. A leading <c>@</c> names an abstract socket.</summary>
    public sealed record Unix(string Path, TimeSpan Timeout) : ProbeRequest(Timeout)
    {
        public override string Subject => $"unix {Path}";
    }

    /// <summary>Healthy when an MCP server answers <c>ping</c>, or <c>server/discover</c> if its version has no ping.</summary>
    public sealed record Mcp(HttpTarget Target, TimeSpan Timeout) : ProbeRequest(Timeout)
    {
        public override string Subject => $"mcp http://{Target.HostHeader}{Target.PathAndQuery}";
    }

    /// <summary>Healthy when the command exits with 0.</summary>
    public sealed record Exec(ImmutableArray<string> Command, TimeSpan Timeout) : ProbeRequest(Timeout)
    {
        public override string Subject => $"exec {Command[0]}";
    }

    /// <summary>Reads the words after <c>probe</c> on the command line; options may stand before or after the target.</summary>
    /// <param name="arguments">The words after the verb.</param>
    /// <param name="error">Null on success, else a sentence for the user.</param>
    /// <returns>Null if <paramref name="error"/> is set.</returns>
    public static ProbeRequest? Parse(ReadOnlySpan<string> arguments, out string? error)
    {
        var timeout = DefaultTimeout;
        StatusRange? expected = null;
        string? kind = null;
        string? target = null;
        string? cgroup = null;
        ImmutableArray<string> command = [];
        for (var i = 0; i < arguments.Length; i++)
        {
            var word = arguments[i];
            if (word == "--" && kind is "exec")
            {
                command = [.. arguments[(i + 1)..]];
                break;
            }
            if (word.StartsWith("--", StringComparison.Ordinal))
            {
                var equals = word.IndexOf('=', StringComparison.Ordinal);
                var name = equals < 0 ? word : word[..equals];
                if (name is not ("--timeout" or "--expect" or "--cgroup"))
                    return Fail($"unknown option {name}", out error);
                if (equals < 0 && i + 1 == arguments.Length)
                    return Fail($"{name} needs a value", out error);
                var value = equals < 0 ? arguments[++i] : word[(equals + 1)..];
                if (name is "--timeout" && (!Duration.TryParse(value, out timeout) || timeout <= TimeSpan.Zero))
                    return Fail($"--timeout {value}: not a span of time such as 10s or 500ms", out error);
                if (name is "--cgroup")
                    cgroup = value;
                if (name is "--expect")
                {
                    if (!StatusRange.TryParse(value, out var range))
                        return Fail($"--expect {value}: not a status code or a range such as 200-399", out error);
                    expected = range;
                }
            }
            else if (kind is null)
                kind = word;
            else if (target is null)
                target = word;
            else
                return Fail($"one target is enough: {word} is a second", out error);
        }
        if (kind is not ("http" or "tcp" or "unix" or "mcp" or "exec"))
            return Fail(
                kind is null ? "say what to probe: http, tcp, unix, mcp or exec" : $"{kind}: not http, tcp, unix, mcp or exec", out error);
        if (kind is "exec")
        {
            if (expected is not null || target is not null || command is not [{ Length: > 0 }, ..])
                return Fail("exec takes its command behind --: probe exec --timeout 5s -- pg_isready -q", out error);
            error = null;
            return new Exec(command, timeout) { Cgroup = cgroup };
        }
        if (string.IsNullOrEmpty(target))
            return Fail($"{kind} needs a target", out error);
        if (expected is not null && kind is not "http")
            return Fail("--expect goes with http only", out error);
        return Build(kind, target, timeout, expected ?? StatusRange.Default, out error) is { } request
            ? request with { Cgroup = cgroup }
            : null;
    }

    private static ProbeRequest? Build(string kind, string target, TimeSpan timeout, StatusRange expected, out string? error)
    {
        ProbeRequest? request = kind switch
        {
            "http" => HttpTarget.Parse(target, out error) is { } http ? new Http(http, expected, timeout) : null,
            "mcp" => HttpTarget.Parse(target, out error) is { } mcp ? new Mcp(mcp, timeout) : null,
            "tcp" => HostAndPort.Parse(target, 0, out error) is { } tcp ? new Tcp(tcp, timeout) : null,
            _ => UnixPath(target, out error) is { } path ? new Unix(path, timeout) : null,
        };
        if (request is null)
            error = $"{target} {error}";
        return request;
    }

    // sockaddr_un holds 108 bytes with the final zero (man 7 unix); whether that many characters fit is known at connect.
    private static string? UnixPath(string path, out string? error)
    {
        error = path.Contains('\0', StringComparison.Ordinal) ? "has a zero byte in it"
            : path.Length > 107 ? "is longer than the 107 bytes that a socket's path may have"
            : null;
        return error is null ? path : null;
    }

    private static ProbeRequest? Fail(string what, out string? error)
    {
        error = what;
        return null;
    }
}
