using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Lifecycle;

/// <summary>The answer to SIGUSR1: the state of the whole container. That of each service follows.</summary>
public sealed record SystemStatus(
    Phase Phase, TimeSpan Uptime, int Active, int Services, ImmutableArray<string> Missing,
    IReadOnlyDictionary<string, int> OrphansEnded, int Repairs)
{
    /// <summary>In a line: <c>running, up 3m12s, 2 of 3 services active, degraded: without web (exit code 3)</c>.</summary>
    public override string ToString() => Word + string.Create(
        CultureInfo.InvariantCulture,
        $", up {Duration.FormatRounded(Uptime)}, {ServicesText}{MissingText}{OrphansText}" +
        $"{(Repairs == 0 ? "" : $"; {Counted.Text(Repairs, "repair")}")}");

    private string Word => Phase switch
    {
        Phase.StartingUp => "starting up",
        Phase.Running => "running",
        _ => "shutting down",
    };

    private string ServicesText => Services == 0 ? "no service" : $"{Active} of {Counted.Text(Services, "service")} active";

    private string MissingText => Missing.IsEmpty ? "" : $", degraded: without {string.Join(", ", Missing)}";

    private string OrphansText
    {
        get
        {
            var text = new StringBuilder();
            foreach (var (command, count) in OrphansEnded)
                text.Append(CultureInfo.InvariantCulture, $"{(text.Length == 0 ? "; orphans ended: " : ", ")}{count} {command}");
            return text.ToString();
        }
    }
}
