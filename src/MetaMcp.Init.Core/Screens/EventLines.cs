using System.Globalization;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Screens;

/// <summary>
/// <c>mcp-init events</c>: a line for each event, in their order. They are printed as they come, so the columns are fixed.
/// </summary>
public static class EventLines
{
    private const int SubjectWidth = 18;

    public static string Heading(ScreenStyle style) => Fit.To($"{"SEQ",5} {"AGE",7}   {"SUBJECT",-SubjectWidth} WHAT", style);

    /// <summary>Events that are not kept any more, or a number of an earlier life of the container.</summary>
    public static string Draw(GapRow gap, ScreenStyle style)
    {
        ArgumentNullException.ThrowIfNull(gap);
        // The sentence has no room behind the columns of a screen of 80.
        if (gap.NeverGiven is { } number)
            return Fit.To(string.Create(
                CultureInfo.InvariantCulture,
                $"~ number {number} was never given in this life of the container: all events follow"), style);
        return Fit.To(string.Create(
            CultureInfo.InvariantCulture, $"{"",5} {"",7} ~ {gap.Lost} events are lost: only the last 1024 are kept"), style);
    }

    public static string Draw(EventRow row, ScreenStyle style)
    {
        ArgumentNullException.ThrowIfNull(row);
        var subject = TextColumns.PadRight(TextColumns.Cut(SafeText.Of(row.Subject ?? "mcp-init"), SubjectWidth, style.Cut), SubjectWidth);
        var front = string.Create(CultureInfo.InvariantCulture, $"{row.Sequence,5} {ShortText.Time(row.Age),7} ");
        var mark = row.Level switch
        {
            EventLevel.Error => Marks.Draw(Mark.Broken, style),
            EventLevel.Warning => Marks.Draw(Mark.Warning, style),
            _ => " ",
        };
        // The colour of the mark takes no column.
        return $"{front}{mark} {Fit.To($"{subject} {row.Text}", style, front.Length + 2)}";
    }
}
