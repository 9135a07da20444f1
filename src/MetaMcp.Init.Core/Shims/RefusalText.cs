using System.Text;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.LaunchProtocol;

namespace MetaMcp.Init.Core.Shims;

/// <summary>A refusal for people.</summary>
public static class RefusalText
{
    /// <summary>One line of whole sentences, for the log of a gateway.</summary>
    /// <param name="subject">The name or the package that was asked for.</param>
    /// <param name="refused">The answer.</param>
    public static string Line(string subject, InitFrame.Refused refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        var line = new StringBuilder(First(subject, refused));
        for (var i = 0; i < refused.Holders.Length; i++)
            _ = line.Append(i == 0 ? " Held by: " : "; ").Append(refused.Holders[i]);
        if (!refused.Holders.IsEmpty)
            _ = line.Append('.');
        return Advice(refused.Code) is { } advice ? line.Append(' ').Append(advice).ToString() : line.ToString();
    }

    /// <summary>Some lines, for a terminal: the reason with a way out, and the holders.</summary>
    public static string Page(string subject, InitFrame.Refused refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        var page = new StringBuilder(First(subject, refused));
        for (var i = 0; i < refused.Holders.Length; i++)
            _ = page.Append(i == 0 ? "\nHeld by:\n  " : "\n  ").Append(refused.Holders[i]);
        return Advice(refused.Code) is { } advice ? page.Append('\n').Append(advice).ToString() : page.ToString();
    }

    private static string First(string subject, InitFrame.Refused refused) =>
        $"{subject} is not started: {refused.Reason}{(refused.Reason.EndsWith('.') ? "" : ".")}";

    /// <summary>The way out, where the reason has none: only mcp-init knows which limit was hit, and what a command lacked.</summary>
    private static string? Advice(RefusalCode code) => code switch
    {
        RefusalCode.Unknown => "Write that table, or unknown = \"allow\" in [launch].",
        RefusalCode.Forbidden => "Start it from a service of this mcp-init that may, or as root, or as the user that mcp-init runs as.",
        RefusalCode.Shortage => "Try again in a moment; mcp-init's log says more.",
        RefusalCode.Stopping => "Start it again when mcp-init runs again.",
        _ => null,
    };
}
