using System.Reflection;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>A table of the next state for each pair of state and event, as text: a row for each state, a column for each event.</summary>
internal static class EventTable
{
    public static string Of<TState, TEvent>(
        IReadOnlyList<(string Name, TState State)> states, IReadOnlyList<(string Name, TEvent Event)> events,
        Func<TState, TEvent, string> cell)
    {
        string Row(string name, IEnumerable<string> cells)
        {
            var padded = cells.Zip(events, (text, e) => text.PadRight(Math.Max(10, e.Name.Length)));
            return string.Join(' ', padded.Prepend(name.PadRight(10))).TrimEnd();
        }
        var rows = states.Select(s => Row(s.Name, events.Select(e => cell(s.State, e.Event))));
        return string.Join('\n', rows.Prepend(Row("", events.Select(e => e.Name))));
    }

    /// <summary>Every case of a sum type is among the examples.</summary>
    public static void HasAllCases<T>(IEnumerable<T> examples)
        where T : Case =>
        Assert.Equal(
            typeof(T).GetNestedTypes(BindingFlags.Public).Where(t => t.IsSubclassOf(typeof(T))).Select(t => t.Name).Order(),
            examples.Select(e => e.GetType().Name).Distinct().Order());
}
