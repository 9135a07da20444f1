using System.Text;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.LaunchProtocol;

namespace MetaMcp.Init.Core.Shims;

/// <summary>A refusal for people.</summary>
public static class RefusalText
{
    /// <summary>One line, for the log of a gateway.</summary>
    /// <param name="subject">The name or the package that was asked for.</param>
    /// <param name="refused">The answer.</param>
    public static string Line(string subject, InitFrame.Refused refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        var line = new StringBuilder($"{subject} is not started: {refused.Reason}");
        for (var i = 0; i < refused.Holders.Length; i++)
            _ = line.Append(i == 0 ? " Held by: " : "; ").Append(refused.Holders[i]);
        return line.ToString();
    }

    /// <summary>Some lines, for a terminal: the reason, the holders, and a way out.</summary>
    public static string Page(string subject, InitFrame.Refused refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        var page = new StringBuilder($"{subject} is not started: {refused.Reason}");
        foreach (var holder in refused.Holders)
            _ = page.Append("\n  ").Append(holder);
        return page.Append('\n').Append(Advice(refused.Code)).ToString();
    }

    private static string Advice(RefusalCode code) => code switch
    {
        RefusalCode.Limit =>
            "End one of them, or raise max_instances of [server.NAME], or max_per_type or max_instances of [limits].",
        RefusalCode.Unknown => "Write a table [server.NAME] for it, or [launch] unknown = \"allow\".",
        RefusalCode.Forbidden => "Start it from a service of this mcp-init that may, or as root, or as the user that mcp-init runs as.",
        RefusalCode.Shortage => "Try again in a moment; mcp-init's log says more.",
        RefusalCode.Stopping => "Start it again when mcp-init runs again.",
        _ => LaunchArguments.Usage,
    };
}
