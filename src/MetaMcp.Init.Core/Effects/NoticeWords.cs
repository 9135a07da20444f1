using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Effects;

/// <summary>
/// The words of a notice, with places for its values:
/// <list type="bullet">
/// <item><c>{Pid}</c>: the value; a duration as in the file (<c>30s</c>), a list with commas.</item>
/// <item><c>{Seconds:0.00}</c>: a duration as a number of seconds.</item>
/// <item><c>{Used:rounded}</c>: a size that was measured.</item>
/// <item><c>{Kills:#time}</c>: <c>1 time</c>, <c>2 times</c>; the JSON log has the number. With <c>=</c> in place of <c>#</c> the JSON
/// log has the text. A plural that does not end in s follows a <c>/</c>.</item>
/// <item><c>{Peak|unknown}</c>: the words in place of null and of an empty list.</item>
/// </list>
/// </summary>
public static class NoticeWords
{
    /// <summary>A place in the words: <c>name:format|otherwise</c>.</summary>
    internal readonly ref struct Place
    {
        public Place(ReadOnlySpan<char> text)
        {
            var bar = text.IndexOf('|');
            var value = bar < 0 ? text : text[..bar];
            var colon = value.IndexOf(':');
            Name = colon < 0 ? value : value[..colon];
            Format = colon < 0 ? [] : value[(colon + 1)..];
            Otherwise = bar < 0 ? [] : text[(bar + 1)..];
        }

        public ReadOnlySpan<char> Name { get; }

        public ReadOnlySpan<char> Format { get; }

        public ReadOnlySpan<char> Otherwise { get; }
    }

    /// <summary>The names of the values, in order.</summary>
    public static IReadOnlyList<string> NamesOf(NoticeKind kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        var names = new List<string>();
        var rest = kind.Words.AsSpan();
        while (TryRead(ref rest, out _, out var place))
            names.Add(place.Name.ToString());
        return names;
    }

    /// <summary>The whole text.</summary>
    public static string Fill(Notice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        var text = new StringBuilder();
        var rest = notice.Kind.Words.AsSpan();
        for (var i = 0; TryRead(ref rest, out var before, out var place); i++)
        {
            text.Append(before);
            var shown = Shown(notice.Values[i], place);
            text.Append(
                shown is double seconds ? seconds.ToString(place.Format.ToString(), CultureInfo.InvariantCulture)
                : shown is IFormattable number ? number.ToString(null, CultureInfo.InvariantCulture)
                : shown?.ToString());
        }
        return text.Append(rest).ToString();
    }

    /// <summary>
    /// The values by name as a log has them: texts, numbers, and counted numbers (<see cref="Counted"/>); a duration is a number of
    /// seconds or a text, as in the words.
    /// </summary>
    public static KeyValuePair<string, object?>[] ValuesOf(Notice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        var values = new KeyValuePair<string, object?>[notice.Values.Count];
        var rest = notice.Kind.Words.AsSpan();
        for (var i = 0; TryRead(ref rest, out _, out var place); i++)
            values[i] = new(place.Name.ToString(), Shown(notice.Values[i], place));
        return values;
    }

    /// <summary>Takes the words to the end of the next place; false where there is none.</summary>
    internal static bool TryRead(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> before, out Place place)
    {
        before = [];
        place = default;
        var start = rest.IndexOf('{');
        if (start < 0)
            return false;
        var end = rest.IndexOf('}');
        before = rest[..start];
        place = new Place(rest[(start + 1)..end]);
        rest = rest[(end + 1)..];
        return true;
    }

    private static object? Shown(object? value, in Place place) => value switch
    {
        null => place.Otherwise.ToString(),
        ImmutableArray<string> names => names.IsEmpty ? place.Otherwise.ToString() : string.Join(", ", names),
        TimeSpan time => place.Format.IsEmpty ? Duration.Format(time) : time.TotalSeconds,
        ByteSize size => place.Format.IsEmpty ? size.ToString() : size.Rounded,
        int or long when !place.Format.IsEmpty => Count(Convert.ToInt64(value, CultureInfo.InvariantCulture), place.Format),
        _ => value,
    };

    private static object Count(long number, ReadOnlySpan<char> format)
    {
        var noun = format[1..].ToString();
        var slash = noun.IndexOf('/', StringComparison.Ordinal);
        var counted = slash < 0 ? new Counted(number, noun) : new Counted(number, noun[..slash], noun[(slash + 1)..]);
        return format[0] == '#' ? counted : counted.ToString();
    }
}
