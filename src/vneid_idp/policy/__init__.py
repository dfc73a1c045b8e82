"""What the law asks for, as dated rows: which action needs which proof, and the ages, levels and counts that decide.

A change of the law is a row with a later day, published by an operator: it holds from midnight in Viet Nam, in every
process, without a release of ours. Nothing here knows a person. Each row has its own legal reference. Routes:
none.
"""
