using System.Text;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Screens;

/// <summary><c>mcp-init health</c>: the verdict with its reason, and below it the services that are in the way.</summary>
public static class HealthLines
{
    /// <param name="end">The answer: without an error it is healthy.</param>
    /// <param name="level">The level that was asked for: <c>ready</c>.</param>
    /// <param name="services">The services that were asked for.</param>
    /// <param name="style">The style.</param>
    public static string Draw(EndRow end, string level, IEnumerable<ServiceRow> services, ScreenStyle style)
    {
        ArgumentNullException.ThrowIfNull(end);
        ArgumentNullException.ThrowIfNull(services);
        var isHealthy = end.Error == ControlError.None;
        var screen = new StringBuilder(Marks.Draw(isHealthy ? Mark.Ready : Mark.Broken, style)).Append(' ');
        _ = screen.Append(Fit.To(isHealthy ? level : $"not {level}{(end.Text is { } reason ? $": {reason}" : "")}", style, 2)).Append('\n');
        var table = new Columns(style, 0, "SERVICE", "STATE", ">SINCE", "HEALTH");
        foreach (var row in services)
        {
            var mark = ServiceLines.MarkOf(row, null);
            if (mark != Mark.Ready)
                table.Add(
                    Marks.Draw(mark, style), ServiceLines.Under(row, null, style), row.Name, StatusLines.Word(row.Condition),
                    ShortText.Time(row.Since), ServiceLines.Health(row, style));
        }
        table.AppendTo(screen);
        return screen.ToString();
    }
}
