using System.Reflection;
using System.Runtime.CompilerServices;

namespace MetaMcp.Init.Core.Tests.Operating;

/// <summary>
/// The bytes on the heap that one object keeps alive. A figure of the whole process would count what tests that run beside it allocate.
/// </summary>
internal static class HeapSize
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>The header of an object and the pointer to its type; an array has its length beside them.</summary>
    private const long ObjectHead = 16;
    private const long ArrayHead = 24;

    private static readonly MethodInfo s_sizeOf = typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!;

    public static long Of(object root)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance) { root };
        var open = new Stack<object>([root]);
        var size = 0L;
        void Meet(object? found)
        {
            // Types and methods belong to the runtime.
            if (found is not null and not MemberInfo && seen.Add(found))
                open.Push(found);
        }
        while (open.TryPop(out var next))
        {
            size += Own(next);
            Follow(next, next.GetType(), Meet);
        }
        return size;
    }

    private static long Own(object found) => found switch
    {
        string text => ArrayHead + (2L * text.Length),
        Array array => ArrayHead + (array.LongLength * SizeOf(array.GetType().GetElementType()!)),
        _ => ObjectHead + FieldsOf(found.GetType()).Sum(field => SizeOf(field.FieldType)),
    };

    private static void Follow(object found, Type type, Action<object?> meet)
    {
        if (found is Array array)
        {
            if (type.GetElementType() is { IsPrimitive: false } element)
                foreach (var item in array)
                    Reach(item, element, meet);
            return;
        }
        foreach (var field in FieldsOf(type).Where(field => !field.FieldType.IsPrimitive && !field.FieldType.IsPointer))
            Reach(field.GetValue(found), field.FieldType, meet);
    }

    /// <summary>A value lies in the object that has it, and only its references lead on.</summary>
    private static void Reach(object? value, Type type, Action<object?> meet)
    {
        if (!type.IsValueType)
            meet(value);
        else if (value is not null && !type.IsEnum)
            Follow(value, value.GetType(), meet);
    }

    private static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        for (var at = type; at is not null; at = at.BaseType)
            foreach (var field in at.GetFields(Declared))
                yield return field;
    }

    private static long SizeOf(Type type) =>
        type.IsValueType ? (int)s_sizeOf.MakeGenericMethod(type).Invoke(null, null)! : IntPtr.Size;
}
