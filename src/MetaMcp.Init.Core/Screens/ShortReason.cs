namespace MetaMcp.Init.Core.Screens;

/// <summary>
/// The reason of a state in few words, for the line under a row. The page of the service and the log have the whole reason.
/// </summary>
public static class ShortReason
{
    private const string Execute = "exec ";

    /// <summary>
    /// Of <c>exec /x: No such file or directory (ENOENT): what to do</c> it is <c>No such file or directory: /x</c>, so that a long path
    /// does not hide the error; of a reason without an error of the kernel it is the reason.
    /// </summary>
    public static string Of(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        for (var open = reason.IndexOf(" (E", StringComparison.Ordinal); open >= 0;
            open = reason.IndexOf(" (E", open + 1, StringComparison.Ordinal))
        {
            var close = reason.IndexOf(')', open);
            var colon = reason.LastIndexOf(": ", open, StringComparison.Ordinal);
            if (close < 0 || colon < 0 || reason.AsSpan(open + 2, close - open - 2).ContainsAnyExcept(Capitals) ||
                (close + 1 < reason.Length && reason[close + 1] != ':'))
                continue;
            var (subject, error) = (reason[..colon], reason[(colon + 2)..open]);
            return subject.StartsWith(Execute, StringComparison.Ordinal) ? $"{error}: {subject[Execute.Length..]}" : $"{subject}: {error}";
        }
        return reason;
    }

    private static readonly System.Buffers.SearchValues<char> Capitals =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
}
