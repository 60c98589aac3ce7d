## Hours, overrides, blackouts and the editor of types.
