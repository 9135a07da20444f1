using System.Text;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.Metrics;

/// <summary>
/// The value of a label. Names of services come from the file; the names of servers and the commands of orphans come from processes,
/// and must not be able to end a value, begin a line, move a terminal's cursor or fill a database.
/// </summary>
internal static class LabelText
{
    /// <summary>Longer values are cut: no name is longer, and a command has 15 characters in the kernel.</summary>
    public const int Longest = 128;

    public static void Append(string value, StringBuilder to)
    {
        var length = 0;
        foreach (var rune in value.EnumerateRunes())
        {
            if (length++ == Longest)
                return;
            switch (rune.Value)
            {
                case '\\':
                    to.Append("\\\\");
                    break;
                case '"':
                    to.Append("\\\"");
                    break;
                case '\n':
                    to.Append("\\n");
                    break;
                default:
                    to.Append(rune.Value is < ' ' or 0x7f || UnsafeText.IsUnsafe(rune) ? "\ufffd" : rune.ToString());
                    break;
            }
        }
    }
}
