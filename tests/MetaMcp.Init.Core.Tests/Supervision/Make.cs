using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>
/// Services by the names that scenarios use. By default the back-off has no jitter, so that delays are round, and no circuit opens.
/// </summary>
internal static class Make
{
    public static readonly RestartSettings Restart = new()
    {
        Backoff = new BackoffSettings { Jitter = 0 }, Breaker = new BreakerSettings { Failures = 1_000_000 },
    };

    public static ServiceSettings Daemon(string name) => new() { Name = name, Command = ["/bin/" + name], Restart = Restart };

    public static ServiceSettings Oneshot(string name) => Daemon(name) with { Type = ServiceType.Oneshot };

    public static ServiceSettings Needs(this ServiceSettings service, params ImmutableArray<string> names) =>
        service with { DependsOn = names };

    public static ServiceSettings ComesAfter(this ServiceSettings service, params ImmutableArray<string> names) =>
        service with { After = names };

    public static ServiceSettings Required(this ServiceSettings service) => service with { Required = true };

    public static ServiceSettings Probed(this ServiceSettings service, string timeout = "10s") => service with
    {
        Ready = ReadyRule.Probe,
        Probe = new ProbeSettings { Target = new ProbeTarget.Tcp("127.0.0.1:1"), Timeout = Span(timeout) },
    };

    public static ServiceSettings ReadyBy(this ServiceSettings service, ReadyRule rule) => service with { Ready = rule };

    public static ServiceSettings Policy(this ServiceSettings service, RestartPolicy policy) =>
        service with { Restart = service.Restart with { Policy = policy } };

    public static ServiceSettings Backoff(this ServiceSettings service, BackoffSettings backoff) =>
        service with { Restart = service.Restart with { Backoff = backoff } };

    public static ServiceSettings StartTimeout(this ServiceSettings service, string time) => service with { StartTimeout = Span(time) };

    public static ServiceSettings StopTimeout(this ServiceSettings service, string time) => service with { StopTimeout = Span(time) };

    /// <summary>Without alerts, which scenarios of them switch on: the lines of all others need not repeat them.</summary>
    public static Settings File(params ImmutableArray<ServiceSettings> services) =>
        new() { Services = services, Alerts = new AlertSettings { Enabled = false } };

    public static TimeSpan Span(string text) =>
        Duration.TryParse(text, out var span) ? span : throw new ArgumentException(text);
}
